package io.tomogrid.manager.ledger;

import io.tomogrid.cluster.contract.Documents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The ledger, reading only. See {@code docs/interfaces.md}, "Manager". */
@RestController
@RequestMapping(path = "/api/ledger", produces = "application/json")
class LedgerController {
    private static final int MOST = 1000;

    private final Ledger ledger;

    LedgerController(Ledger ledger) {
        this.ledger = ledger;
    }

    @GetMapping
    String entries(@RequestParam Optional<Long> after, @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: expected 1 to " + MOST + ", got " + limit);
        }
        List<LedgerEntry> page =
                after.map(sequence -> ledger.after(sequence, limit)).orElseGet(() -> ledger.last(limit));
        List<Map<String, Object>> entries = new ArrayList<>();
        for (LedgerEntry entry : page) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("sequence", entry.sequence());
            map.put("hash", entry.hash());
            map.put("entry", entry.entry());
            entries.add(map);
        }
        return Documents.json(Map.of("format-version", 1, "entries", entries));
    }

    @GetMapping("/energy")
    String energy() {
        List<Map<String, Object>> boards = new ArrayList<>();
        for (Ledger.Energy board : ledger.energy()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("gpu", board.gpu());
            map.put("gpu-uuid", board.uuid());
            map.put("joules", board.joules());
            map.put("idle-joules", board.idle());
            boards.add(map);
        }
        return Documents.json(Map.of("format-version", 1, "boards", boards));
    }

    @GetMapping("/verify")
    String verify(@RequestParam(defaultValue = "") String head) {
        Ledger.Verified verified = ledger.verify(head);
        return Documents.json(Map.of(
                "format-version", 1,
                "good", verified.fault().isEmpty(),
                "entries", verified.entries(),
                "head", verified.head(),
                "fault", verified.fault()));
    }
}
