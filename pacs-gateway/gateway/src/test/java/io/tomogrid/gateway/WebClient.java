package io.tomogrid.gateway;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.json.DicomJsonReader;
import io.tomogrid.gateway.contract.Documents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Real HTTP to a gateway, with whatever headers a test wants. */
final class WebClient {
    static final String BASIC = "Basic "
            + Base64.getEncoder().encodeToString(("tomogrid:" + TestingGateway.TOKEN).getBytes(StandardCharsets.UTF_8));

    private final TestingGateway gateway;
    private final HttpClient http =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    WebClient(TestingGateway gateway) {
        this.gateway = gateway;
    }

    record Reply(int status, HttpResponse<byte[]> response) {
        byte[] bytes() {
            return response.body();
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String error() {
            return String.valueOf(Documents.parse(text()).get("error"));
        }

        List<Dataset> datasets() throws IOException {
            return DicomJsonReader.readArray(
                    new ByteArrayInputStream(bytes()),
                    DicomJsonReader.LIMITS,
                    (tag, vr, uri) ->
                            new io.tomogrid.dicom.Element.Value(tag, vr, uri.getBytes(StandardCharsets.US_ASCII)));
        }

        /** The parts' bytes, cut by hand at the boundary of the Content-Type. */
        List<byte[]> parts() {
            String type = header("Content-Type");
            String boundary = type.substring(type.indexOf("boundary=") + 9);
            String all = new String(bytes(), StandardCharsets.ISO_8859_1);
            String[] pieces = all.split(java.util.regex.Pattern.quote("\r\n--" + boundary), -1);
            List<byte[]> parts = new ArrayList<>();
            for (int i = 1; i < pieces.length - 1; i++) {
                parts.add(pieces[i].substring(pieces[i].indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1));
            }
            return parts;
        }
    }

    Reply get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path).GET(), true, headers);
    }

    Reply getAnonymously(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path).GET(), false, headers);
    }

    Reply post(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)), true, headers);
    }

    Reply postAnonymously(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)), false, headers);
    }

    /** Without saying how long it is. */
    Reply postInChunks(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        return send(
                request(path).POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))),
                true,
                headers);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.base().resolve(path));
    }

    private Reply send(HttpRequest.Builder request, boolean basic, String... headers)
            throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (basic) {
            request.header("Authorization", BASIC);
        }
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Reply(response.statusCode(), response);
    }
}
