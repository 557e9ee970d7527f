package io.tomogrid.manager;

import io.tomogrid.manager.forecast.Concurrency;
import io.tomogrid.manager.forecast.Forecast;
import io.tomogrid.slices.Decision;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.SliceKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Cuts slices before they are asked for, as many as the forecast of each protocol's demand says, where that forecast has skill.
 * Only what is free and uncut is cut: for a forecast nothing is destroyed and nobody moves. Hours are those of UTC, so that a change
 * of the clocks is one hour off until the weeks behind it have been seen.
 */
@Component
class Foresight {
    private static final Logger log = LoggerFactory.getLogger(Foresight.class);
    private static final int DAYS = 8 * 7;
    private static final double ENOUGH = 0.9;

    private final JdbcClient jdbc;
    private final ManagerProperties properties;
    private final Peers peers;
    private final LeaseStore leases;
    private final Maintenance maintenance;
    private Instant hour = Instant.MIN;
    private List<Outlook> outlooks = List.of();

    Foresight(JdbcClient jdbc, ManagerProperties properties, Peers peers, LeaseStore leases, Maintenance maintenance) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.peers = peers;
        this.leases = leases;
        this.maintenance = maintenance;
    }

    /**
     * One protocol's demand at one site.
     *
     * @param seconds that its attempts that succeeded took on average, 0 if none has
     */
    record Outlook(String site, String protocol, Forecast forecast, double seconds) {}

    /** As of the last whole hour. */
    synchronized List<Outlook> outlooks() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
        if (!now.equals(hour)) {
            outlooks = outlooks(now);
            hour = now;
        }
        return outlooks;
    }

    /** Cuts one slice if more will probably be wanted than there are. For the scheduler's thread. */
    void precut() {
        for (RoutingRule rule : properties.rules()) {
            int wanted = wanted(rule.protocol());
            if (wanted > 0 && existing(rule) < wanted) {
                Decision decision = Planner.plan(
                        maintenance
                                .open(peers.agents().inventories(), rule.protocol())
                                .hosts(),
                        leases.held().stream().map(LeaseStore.Held::slice).toList(),
                        rule.request());
                if (decision instanceof Decision.Plan plan
                        && plan.create()
                        && plan.toDestroy().isEmpty()) {
                    SliceKey key = plan.key();
                    peers.agents().require(key.host()).make(key);
                    log.info("{} is cut ahead: {} of {} are expected to work at once", key, wanted, rule.protocol());
                    return;
                }
            }
        }
    }

    private int wanted(String protocol) {
        double load = 0;
        for (Outlook outlook : outlooks()) {
            if (outlook.protocol().equals(protocol)) {
                double most = outlook.forecast().next().stream()
                        .mapToDouble(count -> count)
                        .max()
                        .orElse(0);
                load += Concurrency.mean(most, outlook.seconds());
            }
        }
        return Concurrency.slices(load, ENOUGH);
    }

    /** Slices of the smallest profile that serves, whoever has them. */
    private long existing(RoutingRule rule) {
        long existing = 0;
        for (HostInventory host : peers.agents().inventories()) {
            for (Gpu gpu : host.gpus()) {
                existing += gpu.smallest(rule.request())
                        .map(profile -> gpu.slices().stream()
                                .filter(slice -> slice.key().profile().equals(profile.name()))
                                .count())
                        .orElse(0L);
            }
        }
        return existing;
    }

    private record Series(String site, String protocol) {}

    private List<Outlook> outlooks(Instant now) {
        Instant from = now.minus(DAYS, ChronoUnit.DAYS);
        Map<Series, double[]> counts = new HashMap<>();
        Map<Series, Integer> first = new HashMap<>();
        int hours = (int) ChronoUnit.HOURS.between(from, now);
        jdbc.sql("select site, protocol, date_trunc('hour', created, 'UTC') as hour, count(*) from manager.job"
                        + " where batch = '' and created >= :from and created < :now group by 1, 2, 3 order by 3")
                .params(Map.of("from", Sql.at(from), "now", Sql.at(now)))
                .query((row, number) -> {
                    Series series = new Series(row.getString("site"), row.getString("protocol"));
                    int at = (int) ChronoUnit.HOURS.between(from, Sql.instant(row, "hour"));
                    first.putIfAbsent(series, at);
                    counts.computeIfAbsent(series, s -> new double[hours])[at] = row.getLong(4);
                    return series;
                })
                .list();
        Map<String, Double> seconds = new HashMap<>();
        jdbc.sql("select protocol, avg(extract(epoch from ended - started)) from manager.attempt"
                        + " join manager.job on job.id = attempt.job_id"
                        + " where outcome = 'SUCCEEDED' and started >= :from group by protocol")
                .param("from", Sql.at(from))
                .query((row, number) -> seconds.put(row.getString(1), row.getDouble(2)))
                .list();
        List<Outlook> made = new ArrayList<>();
        counts.forEach((series, count) -> made.add(new Outlook(
                series.site(),
                series.protocol(),
                Forecast.of(Arrays.copyOfRange(count, first.get(series), count.length)),
                seconds.getOrDefault(series.protocol(), 0.0))));
        made.sort(Comparator.comparing(Outlook::protocol).thenComparing(Outlook::site));
        return List.copyOf(made);
    }
}
