package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.manager.forecast.Forecast;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What is foretold and what that is worth. See {@code docs/interfaces.md}, "Manager". */
@RestController
class ForecastController {
    private static final int VERSION = 1;

    private final Foresight foresight;

    ForecastController(Foresight foresight) {
        this.foresight = foresight;
    }

    @GetMapping(path = "/api/forecast", produces = "application/json")
    String forecast() {
        var document = new LinkedHashMap<String, Object>();
        document.put("format-version", VERSION);
        document.put(
                "series",
                foresight.outlooks().stream().map(ForecastController::series).toList());
        return Documents.json(document);
    }

    private static Map<String, Object> series(Foresight.Outlook outlook) {
        Forecast forecast = outlook.forecast();
        var map = new LinkedHashMap<String, Object>();
        map.put("protocol", outlook.protocol());
        map.put("site", outlook.site());
        map.put("on", forecast.on());
        map.put("verdict", forecast.verdict());
        map.put("skill", finite(forecast.skill()));
        map.put("wape", finite(forecast.wape()));
        map.put("naive-wape", finite(forecast.naiveWape()));
        map.put("next-hours", forecast.next());
        map.put("seconds", outlook.seconds());
        return map;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
