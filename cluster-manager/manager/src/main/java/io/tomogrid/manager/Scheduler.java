package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The one thread that moves jobs on. Each tick reads the feed, looks at the slices and takes every job that is not settled
 * one step further; the next follows at once when one has moved, also by an operator's hand. All that it knows is in the database; what it keeps in memory only says when to look next.
 */
@Component
class Scheduler implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    private static final Duration LOOK_AROUND = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

    private final ManagerProperties properties;
    private final Peers peers;
    private final FeedReader feed;
    private final List<Chore> chores;
    private final JobStore jobs;
    private final Placer placer;
    private final AttemptRunner attempts;
    private final Clearing clearing;
    private final ResultKeeper results;
    private final SoleManager sole;
    private final Foresight foresight;
    private final Map<String, Pause> pauses = new HashMap<>();
    private final Map<String, String> troubles = new HashMap<>();
    private long lookedAround = System.nanoTime() - LOOK_AROUND.toNanos();
    private boolean begun;
    private int turn;
    private volatile boolean running;
    private Thread thread;

    Scheduler(
            ManagerProperties properties,
            Peers peers,
            FeedReader feed,
            List<Chore> chores,
            JobStore jobs,
            LeaseStore leases,
            Foresight foresight,
            Pauses pauses,
            Maintenance maintenance,
            Sizing sizing,
            ContentionWatch contention,
            Fence fence,
            DataSource database) {
        Staging staging = new Staging(properties.stagingRoot());
        this.properties = properties;
        this.peers = peers;
        this.feed = feed;
        this.chores = List.copyOf(chores);
        this.jobs = jobs;
        this.attempts = new AttemptRunner(properties, peers, jobs, leases, staging, sizing);
        this.clearing = new Clearing(properties, peers, jobs, leases, attempts, maintenance);
        this.placer = new Placer(properties, peers, jobs, leases, attempts, pauses, maintenance, sizing, contention);
        this.results = new ResultKeeper(properties, peers.gateway(), jobs, staging);
        this.foresight = foresight;
        this.sole = new SoleManager(database, fence);
    }

    /** @param length of the pause @param until System.nanoTime() at its end */
    private record Pause(Duration length, long until) {}

    @Override
    public void start() {
        running = true;
        thread = new Thread(this::run, "manager-scheduler");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void stop() {
        running = false;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void run() {
        while (running) {
            try {
                long before = jobs.changes();
                guard("the scheduler", this::tick);
                jobs.awaitChange(before, properties.tick());
            } catch (InterruptedException | CancellationException stopping) {
                // Only stop() interrupts us; whatever was under way is taken again by the next start.
                break;
            }
        }
        sole.close();
    }

    private void tick() throws SQLException {
        if (!sole.held()) {
            begun = false;
            standBy();
            return;
        }
        guard("the feed", feed::read);
        chores.forEach(chore -> guard(chore.name(), chore::run));
        List<Job> active = jobs.active();
        if (!begun) {
            attempts.recallAll(active);
            begun = true;
        }
        List<Job> queued =
                active.stream().filter(job -> job.state() == JobState.QUEUED).toList();
        long before = jobs.changes();
        boolean look = !queued.isEmpty() || System.nanoTime() - lookedAround >= LOOK_AROUND.toNanos();
        if (look) {
            lookedAround = System.nanoTime();
            peers.agents().refresh();
            guard("the Spark driver", peers.driver()::health);
            guard("released leases", placer::endReleased);
            guard("maintenance", () -> clearing.run(active));
        }
        guard("placing", () -> placer.place(active));
        if (look && queued.isEmpty()) {
            guard("the forecast", foresight::precut);
        }
        advance(jobs.changes() == before ? active : jobs.active());
    }

    private void advance(List<Job> active) {
        // Another one first at each tick: a peer that hangs over one job must not keep the ones behind it from being
        // asked.
        List<Job> inTurn = new ArrayList<>(active);
        Collections.rotate(inTurn, turn--);
        for (Job job : inTurn) {
            switch (job.state()) {
                case LEASED -> step(job, attempts::begin);
                case RUNNING -> step(job, attempts::follow);
                case STORING -> seldom(job, results::store);
                case DELIVERING -> seldom(job, results::deliver);
                case QUEUED, DONE, FAILED, CANCELLED -> {
                    // waits for a slice, or for nothing any more
                }
            }
        }
        pauses.keySet().removeIf(key -> active.stream().noneMatch(job -> key.equals(job.id() + " " + job.state())));
    }

    /** Looks, so that it can be asked, and begins with what it saw if its turn comes. */
    private void standBy() {
        if (System.nanoTime() - lookedAround >= LOOK_AROUND.toNanos()) {
            lookedAround = System.nanoTime();
            peers.agents().refresh();
            guard("the Spark driver", peers.driver()::health);
        }
    }

    /** The gateway tells nothing by itself: it is asked often at first, then ever more seldom. */
    private void seldom(Job job, Consumer<Job> step) {
        String key = job.id() + " " + job.state();
        Pause pause = pauses.get(key);
        if (pause != null && System.nanoTime() - pause.until() < 0) {
            return;
        }
        step(job, step);
        Duration next = pause == null
                ? properties.tick()
                : pause.length().multipliedBy(3).dividedBy(2);
        Duration length = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
        pauses.put(key, new Pause(length, System.nanoTime() + length.toNanos()));
    }

    private void step(Job job, Consumer<Job> step) {
        guard("job " + job.id(), () -> {
            try {
                step.accept(job);
            } catch (PeerUnreachable | PeerRefused e) {
                jobs.note(job, e.getMessage());
            }
        });
    }

    private interface Work {
        void run() throws SQLException;
    }

    /** One piece of work that fails leaves the others alone. The same failure again is not told again. */
    private void guard(String what, Work work) {
        try {
            work.run();
            if (troubles.remove(what) != null) {
                log.info("{}: goes on", what);
            }
        } catch (PeerUnreachable | PeerRefused e) {
            if (!e.getMessage().equals(troubles.put(what, e.getMessage()))) {
                log.warn("{}: {}", what, e.getMessage());
            }
        } catch (CancellationException stopping) {
            throw stopping;
        } catch (SQLException | RuntimeException e) {
            if (!running) {
                throw new CancellationException("stopping");
            }
            if (!e.toString().equals(troubles.put(what, e.toString()))) {
                log.error("{} failed; it is tried again", what, e);
            }
        }
    }
}
