package io.tomogrid.manager;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.manager.sizing.MemoryModel;
import io.tomogrid.manager.sizing.StudyBytes;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.SliceKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * How much device memory a job asks for: what its rule says, less if the attempts before it show that its study needs less,
 * and more once a slice was too small. Each decision is a sentence in the job's document. The scheduler's thread alone uses it.
 */
@Component
class Sizing {
    private static final int REMEMBERED = 1000;
    private static final int LAST_RUNS = 200;
    private static final double GIB = 1L << 30;

    private final JdbcClient jdbc;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final Peers peers;
    private final Map<String, Sized> decided = new LinkedHashMap<>();

    Sizing(JdbcClient jdbc, JobStore jobs, LeaseStore leases, Peers peers) {
        this.jdbc = jdbc;
        this.jobs = jobs;
        this.leases = leases;
        this.peers = peers;
    }

    /** @param memory bytes to ask for @param because why, for people */
    private record Sized(long memory, String because) {}

    /** The rule as it is for this job's next attempt. */
    RoutingRule sized(Job job, RoutingRule rule) {
        Sized sized = decided.computeIfAbsent(job.id() + " " + job.attempt(), key -> decide(job, rule));
        if (decided.size() > REMEMBERED) {
            decided.remove(decided.keySet().iterator().next());
        }
        return rule.with(DataSize.ofBytes(sized.memory()));
    }

    /** Learns what the attempt took. */
    void succeeded(Job job, TaskOutcome.Succeeded success) {
        OptionalLong series = StudyBytes.largestSeries(jobs.study(job.id()));
        jdbc.sql(
                        "update manager.attempt set peak_bytes = nullif(?, 0), series_bytes = ? where job_id = ? and number = ?")
                .params(success.peakBytes(), series.isPresent() ? series.getAsLong() : 0, job.id(), job.attempt())
                .update();
    }

    /** Where the slice was too small, the next one is larger. */
    void failed(Job job, TaskOutcome.Failed failure) {
        if (failure.remedy() == Remedy.LARGER_SLICE) {
            SliceKey slice = leases.find(job.epoch()).orElseThrow().slice();
            memory(slice)
                    .ifPresent(
                            bytes -> jdbc.sql("update manager.job set too_small = greatest(too_small, ?) where id = ?")
                                    .params(bytes, job.id())
                                    .update());
        }
    }

    private Optional<Long> memory(SliceKey slice) {
        return peers.agents().inventories().stream()
                .flatMap(host -> host.gpu(slice).stream())
                .filter(gpu -> gpu.offers(slice))
                .map((Gpu gpu) -> gpu.placement(slice).profile().memoryBytes())
                .findFirst();
    }

    private Sized decide(Job job, RoutingRule rule) {
        Sized sized = byHistory(job, rule);
        long tooSmall = jdbc.sql("select too_small from manager.job where id = ?")
                .param(job.id())
                .query(Long.class)
                .single();
        if (tooSmall >= sized.memory()) {
            sized = new Sized(
                    tooSmall + 1,
                    "more than " + gib(tooSmall) + ": an attempt on a slice of that size ran out of memory");
        }
        jdbc.sql("update manager.job set sizing = ? where id = ?")
                .params(sized.because(), job.id())
                .update();
        return sized;
    }

    private Sized byHistory(Job job, RoutingRule rule) {
        long most = rule.memory().toBytes();
        OptionalLong series = StudyBytes.largestSeries(jobs.study(job.id()));
        if (series.isEmpty()) {
            return new Sized(
                    most,
                    gib(most) + " as the rule says: images are compressed, so their bytes tell nothing of their size");
        }
        List<MemoryModel.Run> runs = runs(job.protocol());
        Optional<MemoryModel> model = MemoryModel.learn(runs);
        if (model.isEmpty()) {
            return new Sized(
                    most,
                    gib(most) + " as the rule says: the device memory of " + runs.size()
                            + " attempts of this protocol is known, " + MemoryModel.FEWEST
                            + " are needed to predict it");
        }
        long predicted = model.get().predict(series.getAsLong());
        String of = gib(predicted) + " predicted from the largest series of " + series.getAsLong()
                + " bytes and the last " + model.get().runs() + " attempts";
        return predicted < most
                ? new Sized(predicted, of)
                : new Sized(most, gib(most) + " as the rule says, no more: " + of);
    }

    private List<MemoryModel.Run> runs(String protocol) {
        return jdbc.sql(
                        "select series_bytes, peak_bytes from manager.attempt join manager.job on job.id = job_id"
                                + " where protocol = ? and peak_bytes > 0 and series_bytes > 0 order by attempt.ended desc limit ?")
                .params(protocol, LAST_RUNS)
                .query((row, number) -> new MemoryModel.Run(row.getLong("series_bytes"), row.getLong("peak_bytes")))
                .list();
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
    }
}
