package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.client.InferMessage;
import io.tomogrid.inference.client.MalformedMessage;
import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.service.swap.ModelAnswer;
import io.tomogrid.inference.service.swap.Models;
import io.tomogrid.inference.service.swap.NotServed;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Open Inference Protocol v2 with the extension {@code binary_tensor_data}. */
@RestController
class OpenInferenceController {
    private final Models models;
    private final TenantLimits limits;
    private final InferenceProperties properties;

    OpenInferenceController(Models models, TenantLimits limits, InferenceProperties properties) {
        this.models = models;
        this.limits = limits;
        this.properties = properties;
    }

    @GetMapping("/v2/health/live")
    void live() {}

    @GetMapping("/v2/health/ready")
    void ready() {}

    @GetMapping(value = "/v2", produces = "application/json")
    String server() throws IOException {
        return JSON.std.asString(Map.of(
                "name", "tomogrid",
                "version", "0.1.0",
                "extensions", List.of("binary_tensor_data", "model_repository")));
    }

    @GetMapping(
            value = {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"},
            produces = "application/json")
    String metadata(@PathVariable String model, @PathVariable Optional<String> version)
            throws IOException, NotServed, ModelException {
        ModelPackage pack = loaded(model, version);
        var map = new LinkedHashMap<String, Object>();
        map.put("name", pack.name());
        map.put("versions", models.inStore(model));
        map.put("platform", "onnxruntime_onnx");
        map.put("inputs", ports(pack.contract().inputs()));
        map.put("outputs", ports(pack.contract().outputs()));
        map.put("parameters", Map.of("version", pack.version(), "digest", pack.digest()));
        return JSON.std.asString(map);
    }

    @GetMapping({"/v2/models/{model}/ready", "/v2/models/{model}/versions/{version}/ready"})
    void ready(@PathVariable String model, @PathVariable Optional<String> version) throws NotServed {
        loaded(model, version);
    }

    @PostMapping({"/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer"})
    void infer(
            @PathVariable String model,
            @PathVariable Optional<String> version,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, ModelException, NotServed {
        Caller caller = caller(request);
        try (TenantLimits.Place place = limits.enter(caller.tenant())) {
            InferMessage message = decode(request);
            ModelAnswer answer = models.infer(model, version.orElse(""), caller, message.tensors());
            var header = new LinkedHashMap<String, Object>();
            header.put("model_name", model);
            header.put("model_version", answer.pack().version());
            Optional.ofNullable(message.header().get("id")).ifPresent(id -> header.put("id", id));
            header.put("parameters", Map.of("digest", answer.pack().digest()));
            if (binary(request, message)) {
                write(new InferMessage(header, answer.outputs()), response);
            } else {
                response.setContentType("application/json");
                response.getOutputStream().write(JsonTensors.encode(header, answer.outputs()));
            }
        }
    }

    /** Tensors come as binary data, or as lists of numbers in a body that is all JSON. */
    private InferMessage decode(HttpServletRequest request) throws IOException {
        int headerLength = request.getIntHeader(InferMessage.HEADER_LENGTH);
        long most = properties.maxRequest().toBytes();
        return headerLength < 0
                ? JsonTensors.decode(request.getInputStream(), most)
                : InferMessage.decode(request.getInputStream(), "inputs", headerLength, most);
    }

    /** Who asks in JSON is answered in JSON, unless he wants otherwise. */
    private static boolean binary(HttpServletRequest request, InferMessage message) {
        Object wanted = message.header().get("parameters") instanceof Map<?, ?> parameters
                ? parameters.get("binary_data_output")
                : null;
        return wanted instanceof Boolean told ? told : request.getIntHeader(InferMessage.HEADER_LENGTH) >= 0;
    }

    private static void write(InferMessage message, HttpServletResponse response) throws IOException {
        InferMessage.Encoded body = message.encode("outputs");
        response.setContentType("application/octet-stream");
        response.setHeader(InferMessage.HEADER_LENGTH, Integer.toString(body.header().length));
        response.setContentLengthLong(body.length());
        body.writeTo(response.getOutputStream());
    }

    private static Caller caller(HttpServletRequest request) throws MalformedMessage {
        try {
            return new Caller(
                    text(request, Caller.STUDY),
                    text(request, Caller.PIN),
                    text(request, Caller.SITE),
                    text(request, Caller.TENANT));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage(e.getMessage());
        }
    }

    private static String text(HttpServletRequest request, String header) {
        return Optional.ofNullable(request.getHeader(header)).orElse("");
    }

    private ModelPackage loaded(String model, Optional<String> version) throws NotServed {
        return version.map(v -> models.loaded(model, v))
                .orElseGet(() -> models.serving(model))
                .orElseThrow(() -> new NotServed(
                        NotServed.Kind.UNKNOWN,
                        version.map(v -> "version " + v + " of model " + model + " is not loaded")
                                .orElse("no model named " + model + " serves")));
    }

    private static List<Map<String, Object>> ports(List<ModelContract.Port> ports) {
        return ports.stream()
                .map(port -> {
                    var map = new LinkedHashMap<String, Object>();
                    map.put("name", port.name());
                    map.put("datatype", port.type().name());
                    map.put("shape", port.shape());
                    map.put("parameters", Map.of("unit", port.unit()));
                    return (Map<String, Object>) map;
                })
                .toList();
    }
}
