package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditEventList;
import io.agyn.api.model.AuditOutcome;
import io.agyn.storage.Paging.Page;
import io.agyn.storage.Paging.Position;
import io.agyn.storage.Paging.Request;
import io.agyn.storage.SqlCondition;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** Reads audit events, newest first. */
@Singleton
final class AuditEvents {
    private static final String SELECT = "select * from audit_event where %s order by at desc, id desc";
    private static final int PAGE_SIZE = 1_000;

    interface Reader {
        void read(AuditEvent event) throws IOException;
    }

    private final DataSource dataSource;

    AuditEvents(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /** Returns a page of the events that match a filter. */
    AuditEventList page(SqlCondition filter, Request request) {
        try {
            Page<AuditEvent> page = read(filter, request);
            return new AuditEventList().items(page.items()).nextPageToken(page.nextPageToken());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Page<AuditEvent> read(SqlCondition all, Request request) throws SQLException {
        SqlCondition filter = request.token() == null ? all : all.before("at", Position.of(request.token()));
        List<AuditEvent> found = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(SELECT.formatted(filter.text()) + " limit ?")) {
            query.setInt(filter.set(query), request.size() + 1);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(event(row));
                }
            }
        }
        if (found.size() <= request.size()) {
            return new Page<>(found, null);
        }
        List<AuditEvent> items = found.subList(0, request.size());
        AuditEvent last = items.getLast();
        return new Page<>(items, new Position(last.getOccurredAt().toInstant(), last.getId()).token());
    }

    /** Reads all events that match a filter, page by page. */
    void readAll(SqlCondition filter, Reader reader) throws SQLException, IOException {
        String next = null;
        do {
            // No connection is held between pages, since the reader may be slow.
            Page<AuditEvent> page = read(filter, new Request(PAGE_SIZE, next));
            for (AuditEvent event : page.items()) {
                reader.read(event);
            }
            next = page.nextPageToken();
        } while (next != null);
    }

    private static AuditEvent event(ResultSet row) throws SQLException {
        UUID chain = row.getObject("chain", UUID.class);
        return new AuditEvent()
                .id(row.getObject("id", UUID.class))
                .occurredAt(row.getObject("at", OffsetDateTime.class))
                .organizationId(chain.equals(Event.NO_ORGANIZATION) ? null : chain)
                .operation(row.getString("operation"))
                .outcome(AuditOutcome.fromValue(row.getString("outcome")))
                .code(row.getString("code"))
                .resourceId(row.getObject("resource_id", UUID.class))
                .changedFields(List.of((String[]) row.getArray("changed_fields").getArray()))
                .userId(row.getObject("user_id", UUID.class))
                .userName(row.getString("user_name"))
                .apiTokenId(row.getObject("token_id", UUID.class))
                .address(row.getString("address"))
                .userAgent(row.getString("user_agent"))
                .requestId(row.getString("request_id"));
    }
}
