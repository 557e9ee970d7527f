package io.tomogrid.manager;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
    private static final String LOCK = "hashtextextended('tomogrid.manager', 0)";

    private final DataSource database;
    private Connection connection;
    private boolean told;

    SoleManager(DataSource database) {
        this.database = database;
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
            return true;
        }
        candidate.close();
        if (!told) {
            log.warn("another manager works on this database; this one waits until it has gone");
            told = true;
        }
        return false;
    }

    @Override
    public void close() {
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
