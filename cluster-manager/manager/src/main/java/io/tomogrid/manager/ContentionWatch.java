package io.tomogrid.manager;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tomogrid.manager.contention.Contention;
import io.tomogrid.manager.contention.Worked;
import io.tomogrid.manager.ledger.Ledger;
import io.tomogrid.manager.ledger.LedgerEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Learns contention anew from the ledger's last entries as they come. */
@Component
class ContentionWatch implements Chore {
    private static final Duration SELDOM = Duration.ofSeconds(10);
    static final int REMEMBERED = 5000;
    private static final int PAGE = 1000;

    private final Ledger ledger;
    private final LeaseStore leases;
    private final Deque<Worked> last = new ArrayDeque<>();
    private volatile Contention known = Contention.NOTHING;
    /** Whether these are all that there are. */
    private boolean whole = true;

    private long sequence = -1;
    private long looked = System.nanoTime() - SELDOM.toNanos();

    ContentionWatch(Ledger ledger, LeaseStore leases, MeterRegistry meters) {
        this.ledger = ledger;
        this.leases = leases;
        Gauge.builder("tomogrid.contention.rate", () -> known.rate().share())
                .description(
                        "share of the judged leases that ran beside a neighbour and took more than 10 % longer; NaN"
                                + " while none was judged")
                .register(meters);
        Gauge.builder("tomogrid.contention.judged", () -> known.rate().leases())
                .description("leases that the contention rate is of")
                .register(meters);
    }

    @Override
    public String name() {
        return "contention";
    }

    @Override
    public void run() {
        if (System.nanoTime() - looked >= SELDOM.toNanos()) {
            looked = System.nanoTime();
            learn();
        }
    }

    /** As it was learned last. */
    Contention known() {
        return known;
    }

    /** With what the ledger has by now. */
    synchronized Contention learn() {
        // Read before the entries: what ends meanwhile is open still, and so not judged yet.
        Map<String, Instant> open = open();
        List<LedgerEntry> page = sequence < 0 ? ledger.last(REMEMBERED) : ledger.after(sequence, PAGE);
        if (page.isEmpty()) {
            return known;
        }
        whole &= sequence >= 0 || page.get(0).sequence() == 1;
        while (!page.isEmpty()) {
            page.forEach(entry -> last.add(Worked.of(entry)));
            sequence = page.get(page.size() - 1).sequence();
            page = ledger.after(sequence, PAGE);
        }
        while (last.size() > REMEMBERED) {
            last.remove();
            whole = false;
        }
        Instant since = whole ? Instant.MIN : last.element().entered();
        known = Contention.learn(new ArrayList<>(last), since, open);
        return known;
    }

    private Map<String, Instant> open() {
        Map<String, Instant> open = new HashMap<>();
        for (LeaseStore.Held held : leases.held()) {
            open.merge(held.slice().gpuName(), held.lease().granted(), (a, b) -> a.isBefore(b) ? a : b);
        }
        return open;
    }
}
