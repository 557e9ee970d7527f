package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.manager.contention.Contention;
import io.tomogrid.manager.contention.Rate;
import io.tomogrid.manager.contention.SlowDown;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What jobs that share a GPU cost each other. See {@code docs/interfaces.md}, "Manager". */
@RestController
class ContentionController {
    private static final int VERSION = 1;
    private static final int PERCENT = 100;
    private static final String DEFINITION = String.format(
            Locale.ROOT,
            "the share of leases that ran beside a neighbour on the same GPU for more than %.0f %% of their work-seconds and took"
                    + " more than %.0f %% longer than the median of their like alone (same protocol, profile, GPU model, input size"
                    + " within a factor of two; at least %d of them), among all leases of the last %d with results and such a"
                    + " median; bounds of 95 %%",
            PERCENT * Contention.ALONE,
            PERCENT * Contention.LONGER,
            Contention.FEWEST,
            ContentionWatch.REMEMBERED);

    private final ContentionWatch watch;

    ContentionController(ContentionWatch watch) {
        this.watch = watch;
    }

    @GetMapping(path = "/api/ledger/contention", produces = "application/json")
    String contention() {
        Contention known = watch.learn();
        var document = new LinkedHashMap<String, Object>();
        document.put("format-version", VERSION);
        document.put("definition", DEFINITION);
        document.put("verdict", verdict(known));
        document.put("rate", rate(known.rate()));
        document.put("leases", known.seen());
        document.put("kinds-alone", known.alone());
        document.put(
                "pairs", known.pairs().stream().map(ContentionController::pair).toList());
        return Documents.json(document);
    }

    private static String verdict(Contention known) {
        if (known.rate().leases() == 0) {
            return "not known: of no kind of lease were " + Contention.FEWEST + " without a neighbour among the last "
                    + known.seen() + " with results";
        }
        long hurting = known.pairs().stream().filter(pair -> pair.excess() > 0).count();
        return known.pairs().isEmpty()
                ? "of no pair of protocols are " + Contention.FEWEST + " leases known that ran beside each other"
                : hurting + " of " + known.pairs().size()
                        + " pairs that are known hurt; the planner places by these, where places cost as much otherwise";
    }

    private static Map<String, Object> rate(Rate rate) {
        var map = new LinkedHashMap<String, Object>();
        boolean judged = rate.leases() > 0;
        map.put("share", judged ? rate.share() : null);
        map.put("low", judged ? rate.low() : null);
        map.put("high", judged ? rate.high() : null);
        map.put("share-of-seconds", judged ? rate.shareOfSeconds() : null);
        map.put("alone-longer", rate.alone() > 0 ? rate.byChance() : null);
        map.put("leases", rate.leases());
        map.put("beside", rate.beside());
        map.put("slowed", rate.slowed());
        return map;
    }

    private static Map<String, Object> pair(SlowDown pair) {
        var map = new LinkedHashMap<String, Object>();
        map.put("protocol", pair.protocol());
        map.put("beside", pair.beside());
        map.put("times", pair.times().value());
        map.put("low", pair.times().low());
        map.put("high", pair.times().high());
        map.put("leases", pair.times().n());
        map.put("hurts", pair.excess() > 0);
        map.put("simulated", pair.simulated());
        return map;
    }
}
