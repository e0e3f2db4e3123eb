package io.agyn.proxy.routing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The order in which a call tries the targets of its model. */
public final class TargetOrder {
    private TargetOrder() {}

    /**
     * Returns all targets in their order. With weights, the calls of a session get the same order, since vendors' prompt
     * caches belong to an account. A new target takes sessions from all others, and a removed one moves only its own (weighted
     * rendezvous hashing).
     *
     * @param session the id of the session
     */
    public static List<Target> of(Target own, Fallbacks fallbacks, String session) {
        List<Target> targets = new ArrayList<>();
        if (!fallbacks.isWeighted()) {
            targets.add(own);
            fallbacks.others().forEach(other -> targets.add(other.target()));
            return targets;
        }
        List<Scored> scored = new ArrayList<>();
        scored.add(new Scored(own, cost(own, fallbacks.weight(), session)));
        fallbacks
                .others()
                .forEach(
                        other -> scored.add(new Scored(other.target(), cost(other.target(), other.weight(), session))));
        scored.sort(Comparator.comparingDouble(Scored::cost));
        scored.forEach(each -> targets.add(each.target()));
        return targets;
    }

    private record Scored(Target target, double cost) {}

    /** The lowest of these has each target with a probability in proportion to its weight. */
    private static double cost(Target target, int weight, String session) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : session.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ each) * 0x100000001b3L;
        }
        hash = mix(hash ^ target.providerId().getMostSignificantBits());
        hash = mix(hash ^ target.providerId().getLeastSignificantBits());
        for (byte each : target.remoteModel()) {
            hash = (hash ^ each) * 0x100000001b3L;
        }
        double uniform = ((mix(hash) >>> 11) + 0.5) * 0x1.0p-53;
        return -Math.log(uniform) / weight;
    }

    /** The finalizer of SplitMix64, which spreads each bit over all. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
