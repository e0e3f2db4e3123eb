package io.agyn.limits;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.agyn.api.LimitsApi;
import io.agyn.api.model.Limit;
import io.agyn.api.model.LimitAction;
import io.agyn.api.model.LimitCreate;
import io.agyn.api.model.LimitList;
import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubject;
import io.agyn.api.model.LimitSubjectInput;
import io.agyn.api.model.LimitUpdate;
import io.agyn.api.model.LimitWindow;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.limits.LimitStates.State;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class LimitsResource implements LimitsApi {
    private final Limits limits;
    private final LimitStates states;
    private final ResourceResponses responses;

    LimitsResource(Limits limits, LimitStates states, ResourceResponses responses) {
        this.limits = requireNonNull(limits, "limits is null");
        this.states = requireNonNull(states, "states is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listLimits(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String search) {
        Selection selection = Selection.in(organizationId).with("name", name).containing(search, "name");
        Paging.Page<LimitEntity> page = Paging.read(limits, selection, new Paging.Request(pageSize, pageToken));
        Map<UUID, State> found = states.of(organizationId, page.items());
        return responses.ok(new LimitList()
                .items(page.items().stream()
                        .map(limit -> read(limit, requireNonNull(found.get(limit.id), "no state")))
                        .toList())
                .nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createLimit(UUID organizationId, LimitCreate body, @Nullable String idempotencyKey) {
        LimitEntity limit = LimitEntity.in(organizationId);
        set(
                limit,
                body.getName(),
                body.getAppliesTo(),
                body.getMeasure(),
                body.getAmount(),
                body.getWindow(),
                body.getAction());
        limits.create(limit);
        return responses.created(read(limit), "/organizations/%s/limits/%s".formatted(organizationId, limit.id));
    }

    @Override
    public Response getLimit(UUID organizationId, UUID limitId) {
        return responses.ok(read(limits.get(organizationId, limitId)));
    }

    @Override
    public Response updateLimit(UUID organizationId, UUID limitId, LimitUpdate body, @Nullable String ifMatch) {
        LimitEntity limit = limits.lock(organizationId, limitId);
        return responses.updated(ifMatch, () -> read(limit), () -> {
            boolean countsOther = isOther(limit, body);
            set(
                    limit,
                    body.getName(),
                    body.getAppliesTo(),
                    body.getMeasure(),
                    body.getAmount(),
                    body.getWindow(),
                    body.getAction());
            limits.checkSubject(limit);
            limit.touch();
            limits.flush();
            if (countsOther) {
                limits.reset(limit);
            }
        });
    }

    @Override
    public Response deleteLimit(UUID organizationId, UUID limitId, @Nullable String ifMatch) {
        LimitEntity limit = limits.lock(organizationId, limitId);
        return responses.deleted(ifMatch, read(limit), () -> {
            limits.delete(limit);
            limits.flush();
        });
    }

    private static boolean isOther(LimitEntity limit, LimitUpdate body) {
        return limit.measure != body.getMeasure()
                || limit.window != body.getWindow()
                || limit.subjectType != body.getAppliesTo().getType()
                || !Objects.equals(limit.subjectId, body.getAppliesTo().getId());
    }

    private static void set(
            LimitEntity limit,
            String name,
            LimitSubjectInput subject,
            LimitMeasure measure,
            String amount,
            @Nullable LimitWindow window,
            @Nullable LimitAction action) {
        limit.name = name;
        limit.subjectType = subject.getType();
        limit.subjectId = subject.getId();
        limit.measure = measure;
        limit.amount = Long.parseLong(amount);
        limit.window = window;
        limit.action = requireNonNullElse(action, LimitAction.BLOCK);
    }

    private Limit read(LimitEntity limit) {
        return read(
                limit,
                requireNonNull(states.of(limit.organizationId, List.of(limit)).get(limit.id), "no state"));
    }

    private static Limit read(LimitEntity limit, State state) {
        return new Limit()
                .id(limit.id)
                .organizationId(limit.organizationId)
                .name(limit.name)
                .appliesTo(new LimitSubject().type(limit.subjectType).id(limit.subjectId))
                .measure(limit.measure)
                .amount(Long.toString(limit.amount))
                .window(limit.window)
                .action(limit.action)
                .used(Long.toString(state.used()))
                .resetsAt(StoredResource.utc(
                        state.resetsAt() == null ? null : state.resetsAt().truncatedTo(ChronoUnit.MICROS)))
                .createdAt(StoredResource.utc(limit.createdAt))
                .updatedAt(StoredResource.utc(limit.updatedAt));
    }
}
