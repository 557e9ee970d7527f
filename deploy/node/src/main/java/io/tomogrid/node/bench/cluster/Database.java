package io.tomogrid.node.bench.cluster;

import io.tomogrid.node.Postgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the manager has committed, read from its database. For use by one thread. */
public final class Database implements AutoCloseable {
    private final Connection connection;

    Database(Postgres postgres) throws IOException {
        try {
            connection = DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
        } catch (SQLException e) {
            throw new IOException("the database cannot be asked: " + e.getMessage(), e);
        }
    }

    /** A job. @param created when its row was committed, within a millisecond */
    public record Job(String id, String state, int attempt, String reason, Instant created) {}

    /** An entry of a job's history. */
    public record Transition(String state, int attempt, Instant at, String reason) {}

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The job of a study, once there is one. */
    public Optional<Job> job(String studyUid) throws IOException {
        return query(
                        "select id, state, attempt, reason, created from manager.job where study_uid = ?",
                        row -> new Job(
                                row.getString(1),
                                row.getString(2),
                                row.getInt(3),
                                row.getString(4),
                                row.getObject(5, OffsetDateTime.class).toInstant()),
                        studyUid)
                .stream()
                .findFirst();
    }

    public List<Transition> transitions(String jobId) throws IOException {
        return query(
                "select state, attempt, at, reason from manager.transition where job_id = ? order by ordinal",
                row -> new Transition(
                        row.getString(1),
                        row.getInt(2),
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        row.getString(4)),
                jobId);
    }

    /** The epoch of the lease of each attempt at a job, the first one first. */
    public List<Long> epochs(String jobId) throws IOException {
        return query(
                "select epoch from manager.attempt where job_id = ? order by number", row -> row.getLong(1), jobId);
    }

    /** Which manager schedules: the name of the connection that holds the lock; empty if none does. */
    public Optional<String> scheduler() throws IOException {
        return query(
                        "select application_name from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory'"
                                + " and granted and application_name like 'manager%'",
                        row -> row.getString(1))
                .stream()
                .findFirst();
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("the database's connection does not close: " + e.getMessage(), e);
        }
    }

    private <T> List<T> query(String sql, Reader<T> reader, String... parameters) throws IOException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(reader.read(result));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IOException("the manager's tables cannot be read: " + e.getMessage(), e);
        }
    }
}
