package io.tomogrid.manager;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What operators hold back: queued jobs wait, running work goes on. */
@Component
class Pauses {
    private final JdbcClient jdbc;

    Pauses(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    enum Scope {
        QUEUE,
        PROTOCOL,
        SITE
    }

    /** @param name of the protocol or the site, empty for the queue */
    record Target(Scope scope, String name) {
        boolean holds(Job job) {
            return switch (scope) {
                case QUEUE -> true;
                case PROTOCOL -> name.equals(job.protocol());
                case SITE -> name.equals(job.site());
            };
        }

        @Override
        public String toString() {
            return scope == Scope.QUEUE ? "the queue" : scope.name().toLowerCase(Locale.ROOT) + " " + name;
        }
    }

    /** @param reason who and why */
    record Pause(Target target, Instant since, String reason) {
        /** E.g. {@code the queue is paused since 2026-… by an operator (jd): power cut}. */
        @Override
        public String toString() {
            return target + " is paused since " + since + " " + reason;
        }
    }

    /** Pausing what is paused already keeps the time at which that began. */
    void pause(Target target, Operator operator) {
        jdbc.sql("insert into manager.pause (scope, name, since, reason) values (?, ?, ?, ?)"
                        + " on conflict (scope, name) do update set reason = excluded.reason")
                .params(target.scope().name(), target.name(), Sql.at(Instant.now()), operator.toString())
                .update();
    }

    /** @return false if it was not paused */
    boolean resume(Target target) {
        return jdbc.sql("delete from manager.pause where scope = ? and name = ?")
                        .params(target.scope().name(), target.name())
                        .update()
                == 1;
    }

    List<Pause> all() {
        return jdbc.sql("select * from manager.pause order by scope, name")
                .query((row, number) -> new Pause(
                        new Target(Scope.valueOf(row.getString("scope")), row.getString("name")),
                        Sql.instant(row, "since"),
                        row.getString("reason")))
                .list();
    }

    /** Why the job waits; empty if none of them holds it. */
    static Optional<String> reason(List<Pause> pauses, Job job) {
        return pauses.stream()
                .filter(pause -> pause.target().holds(job))
                .map(Pause::toString)
                .findFirst();
    }
}
