package io.tomogrid.manager;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Whether this manager is the active one, as far as it knows, and as the database knows for certain. Becoming active begins a
 * term; who grants leases says in the same transaction that its term still is the last one, so that a manager that has lost
 * its lock without noticing grants nothing.
 */
@Component
class Fence {
    private final JdbcClient jdbc;
    private volatile long term;

    Fence(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** This manager has just got the lock. Waits for grants of the one before that are being committed. */
    void begin() {
        term = jdbc.sql("update manager.term set term = term + 1 returning term")
                .query(Long.class)
                .single();
    }

    void end() {
        term = 0;
    }

    boolean active() {
        return term > 0;
    }

    /**
     * To be called in a transaction that only the active manager may commit.
     *
     * @throws IllegalStateException if another one has become active
     */
    void check() {
        long last = jdbc.sql("select term from manager.term for share")
                .query(Long.class)
                .single();
        if (last != term) {
            throw new IllegalStateException("another manager has become the active one, in term " + last
                    + "; this one's term was " + term + ", it grants nothing more");
        }
    }
}
