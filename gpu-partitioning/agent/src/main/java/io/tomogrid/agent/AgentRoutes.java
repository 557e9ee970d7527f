package io.tomogrid.agent;

import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.http.Reply;
import io.tomogrid.slices.http.Request;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's requests. */
final class AgentRoutes implements TokenServer.Handler {
    private static final Logger log = LoggerFactory.getLogger(AgentRoutes.class);
    /** What the driver refuses for a reason that may pass; anything else is a fault of the GPU or of NVML. */
    private static final Set<NvmlReturn> REFUSALS = Set.of(
            NvmlReturn.IN_USE, NvmlReturn.INSUFFICIENT_RESOURCES, NvmlReturn.NO_PERMISSION, NvmlReturn.NOT_SUPPORTED);

    private final Agent agent;

    AgentRoutes(Agent agent) {
        this.agent = agent;
    }

    @Override
    public Reply handle(Request request) throws IOException {
        try {
            return answer(request);
        } catch (InventoryException e) {
            log.warn("{} {} failed: {}", request.method(), request.path(), e.getMessage());
            throw new HttpError(REFUSALS.contains(e.code()) ? 409 : 500, e.getMessage());
        }
    }

    private Reply answer(Request request) throws IOException, InventoryException {
        if (request.is("GET", "health", 0)) {
            return Reply.of(200, agent.health());
        }
        if (request.is("GET", "inventory", 0)) {
            return Reply.of(200, agent.inventory().toMap());
        }
        if (request.is("PUT", "gpus", 2) && request.path().get(2).equals("layout")) {
            List<Slice> slices = agent.layout(gpu(request), wanted(request.json()));
            return Reply.of(
                    200, Map.of("slices", slices.stream().map(AgentRoutes::made).toList()));
        }
        if (request.is("POST", "gpus", 2) && request.path().get(2).equals("heal")) {
            return Reply.of(200, agent.heal(gpu(request)));
        }
        if (request.is("POST", "drain", 0) || request.is("DELETE", "drain", 0)) {
            agent.drain(request.method().equals("POST"));
            return Reply.empty(204);
        }
        throw new HttpError(
                404,
                "no such request; there are GET /inventory, GET /health, PUT /gpus/{n}/layout, POST"
                        + " /gpus/{n}/heal, POST and DELETE /drain");
    }

    private static int gpu(Request request) {
        String text = request.path().get(1);
        if (!text.matches("\\d{1,3}")) {
            throw new IllegalArgumentException("GPU " + text + ": expected its index");
        }
        return Integer.parseInt(text);
    }

    private static List<SliceKey> wanted(Map<String, Object> body) {
        if (body.size() != 1 || !(body.get("slices") instanceof List<?> list)) {
            throw new IllegalArgumentException("expected {\"slices\":[KEY, …]}, got the members " + body.keySet());
        }
        return list.stream().map(key -> SliceKey.parse(String.valueOf(key))).toList();
    }

    private static Map<String, Object> made(Slice slice) {
        var map = new LinkedHashMap<String, Object>();
        map.put("slice", slice.key().toString());
        map.put("device-uuid", slice.deviceUuid());
        return map;
    }
}
