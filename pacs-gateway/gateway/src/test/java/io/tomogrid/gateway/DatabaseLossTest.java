package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.net.DimseStatus;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The database loses what it had not written to its disk yet, and the gateway lives on (ING-02, ADR 0007). This one writes its
 * log when it must and every ten seconds, so that what was not settled is lost for sure.
 */
class DatabaseLossTest {
    private static EmbeddedPostgres server;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("wal_writer_delay", "10s")
                .start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void what_a_database_lost_that_died_alone_is_indexed_again() throws Exception {
        try (TestingGateway gateway = TestingGateway.start(folder, url("died"), Map.of())) {
            assertThat(gateway.store(TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.0")))
                    .isEqualTo(DimseStatus.SUCCESS);
            for (int n = 1; n <= 5; n++) {
                assertThat(gateway.store(TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1." + n)))
                        .isEqualTo(DimseStatus.SUCCESS);
            }
            killOneBackend();
            awaitInstances("died", 6);
            assertThat(gateway.store(TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.6")))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThat(gateway.store(TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.3")))
                    .as("the same again is no conflict")
                    .isEqualTo(DimseStatus.SUCCESS);
            awaitInstances("died", 7);
            assertThat(gateway.get("/api/conflicts").list("conflicts")).isEmpty();
            assertThat(gateway.get("/api/studies/1.6.1").body()).containsEntry("instances", 7);
        }
    }

    /** The gateway may not notice: its next connection may already be a new one. */
    @Test
    void rows_that_went_unnoticed_come_back() throws Exception {
        try (TestingGateway gateway = TestingGateway.start(folder, url("unnoticed"), Map.of());
                Connection connection = connection("unnoticed");
                Statement statement = connection.createStatement()) {
            gateway.store(TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.0"));
            gateway.store(TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.1"));
            gateway.store(TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.2"));
            assertThat(statement.executeUpdate("DELETE FROM gateway.instance WHERE sop_instance_uid = '1.6.2.1.2'"))
                    .isEqualTo(1);
            awaitInstances("unnoticed", 3);
        }
    }

    /** A process of the server dies by a signal: the server ends all others and recovers from its log. */
    private static void killOneBackend() throws Exception {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet pid =
                        statement.executeQuery("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")) {
            assertThat(pid.next()).isTrue();
            Process kill = new ProcessBuilder("kill", "-9", pid.getString(1)).start();
            assertThat(kill.waitFor()).isZero();
        }
    }

    private static void awaitInstances(String database, int expected) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        int found = -1;
        while (found != expected && Instant.now().isBefore(deadline)) {
            Thread.sleep(50);
            found = instances(database);
        }
        assertThat(found).as("instances in the index").isEqualTo(expected);
    }

    /** @return -1 while the server recovers */
    private static int instances(String database) {
        try (Connection connection = connection(database);
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM gateway.instance")) {
            count.next();
            return count.getInt(1);
        } catch (SQLException recovering) {
            return -1;
        }
    }

    private static Connection connection(String database) throws SQLException {
        return server.getDatabase("postgres", database).getConnection();
    }

    private static String url(String database) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database);
        }
        return server.getJdbcUrl("postgres", database);
    }
}
