package io.tomogrid.gateway.index;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A connection of the index writer's own, whose commits are seen at once and do not wait for the disk. */
final class WriterConnection implements AutoCloseable {
    private final HikariDataSource source;
    private final JdbcTemplate jdbc;

    private WriterConnection(HikariDataSource source) {
        this.source = source;
        this.jdbc = new JdbcTemplate(source);
    }

    /** To the same database, as the same user and with the same settings otherwise. */
    static WriterConnection like(DataSource pool) {
        HikariConfig config = new HikariConfig();
        try {
            pool.unwrap(HikariDataSource.class).copyStateTo(config);
        } catch (SQLException otherPool) {
            throw new IllegalStateException("the gateway's connections come from a pool of another kind", otherPool);
        }
        config.setPoolName("index-writer");
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(1);
        config.setMetricRegistry(null);
        config.setConnectionInitSql("SET synchronous_commit = off");
        return new WriterConnection(new HikariDataSource(config));
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    TransactionTemplate transactions() {
        return new TransactionTemplate(new DataSourceTransactionManager(source));
    }

    /** The commit of the transaction under way waits for the disk, and so for all commits before it. */
    void waitForTheDisk() {
        jdbc.execute("SET LOCAL synchronous_commit = on");
    }

    @Override
    public void close() {
        source.close();
    }
}
