package io.agyn.endtoend;

import io.agyn.scripted.ReceivedCall;
import java.util.List;

/** The output of an agent, and the calls that arrived at the provider meanwhile. */
record AgentRun(Command.Result result, List<ReceivedCall> calls) {

    boolean succeeds(String text) {
        return result.exitCode() == 0 && result.output().contains(text);
    }

    boolean fails(String text) {
        return result.exitCode() != 0 && result.output().contains(text);
    }

    /** Whether a call arrived with this method, or {@link ReceivedCall#MESSAGE}, and this text in its body. */
    boolean sends(String method, String text) {
        return calls.stream()
                .anyMatch(call -> call.method().equals(method) && call.text().contains(text));
    }

    /** The number of calls with this method that got this status. */
    long count(String method, int status) {
        return calls.stream()
                .filter(call -> call.method().equals(method) && call.status() == status)
                .count();
    }
}
