package io.tomogrid.manager;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to schedule: a lock of the database that ends with our connection, so that a manager that is slow to die and its
 * successor never both grant leases. For use by one thread.
 */
final class SoleManager implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SoleManager.class);
    private static final int VALID_SECONDS = 2;
    private static final List<String> KEEP_ALIVE =
            List.of("tcp_keepalives_idle = 1", "tcp_keepalives_interval = 1", "tcp_keepalives_count = 2");
    private static final String LOCK = "hashtextextended('tomogrid.manager', 0)";

    private final DataSource database;
    private final Fence fence;
    private Connection connection;
    private boolean told;

    SoleManager(DataSource database, Fence fence) {
        this.database = database;
        this.fence = fence;
    }

    /** Whether we are the one; tries to become it. */
    boolean held() throws SQLException {
        if (connection != null) {
            if (connection.isValid(VALID_SECONDS)) {
                return true;
            }
            close();
        }
        Connection candidate = database.getConnection();
        if (ask(candidate, "select pg_try_advisory_lock(" + LOCK + ")")) {
            connection = candidate;
            told = false;
            keepAlive();
            fence.begin();
            log.info("this manager is the active one");
            return true;
        }
        candidate.close();
        if (!told) {
            log.warn("another manager is active on this database; this one is standby until it has gone");
            told = true;
        }
        return false;
    }

    /** A host that is gone says nothing: the database finds out within seconds, and the lock is free. */
    private void keepAlive() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String setting : KEEP_ALIVE) {
                statement.execute("set " + setting);
            }
        }
    }

    @Override
    public void close() {
        fence.end();
        if (connection == null) {
            return;
        }
        try (Connection ours = connection) {
            ask(ours, "select pg_advisory_unlock(" + LOCK + ")");
        } catch (SQLException gone) {
            // The lock went with the connection.
            log.debug("the scheduler's connection was gone", gone);
        } finally {
            connection = null;
        }
    }

    private static boolean ask(Connection connection, String question) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question);
                ResultSet answer = statement.executeQuery()) {
            return answer.next() && answer.getBoolean(1);
        }
    }
}
