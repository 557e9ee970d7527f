package io.tomogrid.gateway;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL with a database of its own for whoever asks. */
final class TestingDatabase implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final AtomicInteger names = new AtomicInteger();

    private TestingDatabase(EmbeddedPostgres server) {
        this.server = server;
    }

    static TestingDatabase start() throws IOException {
        return new TestingDatabase(EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("synchronous_commit", "off")
                .start());
    }

    /** @return the JDBC URL of a new, empty database */
    String fresh() throws SQLException {
        String name = "gateway" + names.incrementAndGet();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        return server.getJdbcUrl("postgres", name);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
