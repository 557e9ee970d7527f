package io.tomogrid.gateway.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.archive.StoredRecord;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class IndexWriterTest {
    private static final String DATABASE = "writer";

    /** ING-02, ADR 0007: a record that came while the database was away, and that no table can hold, stops nobody. */
    @Test
    void what_makes_no_row_is_not_waited_for() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
            run(server, "CREATE DATABASE " + DATABASE);
            try (HikariDataSource pool = pool(server)) {
                Flyway.configure()
                        .dataSource(pool)
                        .locations("classpath:db/gateway")
                        .schemas("gateway")
                        .load()
                        .migrate();
                try (IndexWriter writer = new IndexWriter(pool, new Progress(null))) {
                    assertThat(writer.commit(instance(1))).isTrue();
                    away(server);
                    assertThatThrownBy(() -> writer.commit(withoutClass(2))).isInstanceOf(IOException.class);
                    run(server, "ALTER DATABASE " + DATABASE + " ALLOW_CONNECTIONS true");
                    for (int n = 3; n <= 5; n++) {
                        assertThat(writer.commit(instance(n))).isTrue();
                        Thread.sleep(600); // so that each one settles those before it
                    }
                    assertThat(writer.commit(instance(3)))
                            .as("the same record again")
                            .isTrue();
                    assertThat(writer.commit(at(instance(3), 99)))
                            .as("another record")
                            .isFalse();
                }
            }
        }
    }

    private static HikariDataSource pool(EmbeddedPostgres server) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.getJdbcUrl("postgres", DATABASE));
        config.setSchema("gateway");
        config.setMaximumPoolSize(2);
        config.setConnectionTimeout(1000);
        return new HikariDataSource(config);
    }

    private static void away(EmbeddedPostgres server) throws SQLException {
        run(server, "ALTER DATABASE " + DATABASE + " ALLOW_CONNECTIONS false");
        run(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + DATABASE + "'");
    }

    private static void run(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static StoredRecord instance(int n) {
        Map<String, String> meta = Map.of(
                RecordMeta.SOP_CLASS, "1.2.840.10008.5.1.4.1.1.2",
                RecordMeta.SOP_INSTANCE, "1.7.9.1." + n,
                RecordMeta.TRANSFER_SYNTAX, "1.2.840.10008.1.2.1",
                RecordMeta.STUDY, "1.7.9",
                RecordMeta.SERIES, "1.7.9.1",
                RecordMeta.MODALITY, "CT",
                RecordMeta.PATIENT_ID, "P1",
                RecordMeta.ISSUER, "",
                RecordMeta.RECEIVED, Instant.now().toString());
        return new StoredRecord(
                RecordKind.INSTANCE, meta, new SegmentRef("segments/0000000001.seg", 100L * n, 50), "00");
    }

    /** As a damaged row of a segment might be. */
    private static StoredRecord withoutClass(int n) {
        StoredRecord whole = instance(n);
        Map<String, String> meta = new HashMap<>(whole.meta());
        meta.remove(RecordMeta.SOP_CLASS);
        return new StoredRecord(whole.kind(), meta, whole.ref(), whole.sha256());
    }

    private static StoredRecord at(StoredRecord stored, long offset) {
        SegmentRef elsewhere =
                new SegmentRef(stored.ref().segment(), offset, stored.ref().length());
        return new StoredRecord(stored.kind(), stored.meta(), elsewhere, stored.sha256());
    }
}
