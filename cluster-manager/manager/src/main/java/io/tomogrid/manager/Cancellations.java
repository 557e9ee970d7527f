package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells the driver of attempts that operators cancelled, until it has heard. */
@Component
class Cancellations implements Chore {
    private final JdbcClient jdbc;
    private final Peers peers;
    private final JobStore jobs;
    private final Staging staging;

    Cancellations(JdbcClient jdbc, Peers peers, JobStore jobs, ManagerProperties properties) {
        this.jdbc = jdbc;
        this.peers = peers;
        this.jobs = jobs;
        this.staging = new Staging(properties.stagingRoot());
    }

    private record Halt(String job, int attempt) {}

    @Override
    public String name() {
        return "cancellations";
    }

    @Override
    public void run() {
        for (Halt halt : jdbc.sql("select id, halt from manager.job where halt is not null")
                .query((row, number) -> new Halt(row.getString("id"), row.getInt("halt")))
                .list()) {
            peers.driver().cancel(halt.job(), halt.attempt());
            jdbc.sql("update manager.job set halt = null where id = ? and halt = ?")
                    .params(halt.job(), halt.attempt())
                    .update();
            if (jobs.find(halt.job()).orElseThrow().state() == JobState.CANCELLED) {
                staging.delete(halt.job());
            }
        }
    }
}
