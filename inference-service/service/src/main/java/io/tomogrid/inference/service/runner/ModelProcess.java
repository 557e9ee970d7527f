package io.tomogrid.inference.service.runner;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.client.InferMessage;
import io.tomogrid.inference.client.MalformedMessage;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.runtime.ModelSession;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * One model in a process of its own: the Open Inference Protocol on a unix domain socket. Prints {@code ready} when it
 * serves, or why it does not. {@code ModelProcess STORE REFERENCE SOCKET THREADS LIMIT-MILLIS}.
 */
public final class ModelProcess {
    private static final long MAX_REQUEST = Integer.MAX_VALUE;

    private final ModelSession session;

    private ModelProcess(ModelSession session) {
        this.session = session;
    }

    public static void main(String[] args) throws IOException {
        Path socket = Path.of(args[2]);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        ModelProcess process;
        try {
            ModelPackage pack = ModelStore.open(Path.of(args[0])).find(args[1]);
            process = new ModelProcess(
                    ModelSession.load(pack, Integer.parseInt(args[3]), Duration.ofMillis(Long.parseLong(args[4]))));
            server.bind(UnixDomainSocketAddress.of(socket));
        } catch (ModelException | IOException e) {
            System.out.println("refused: " + String.valueOf(e.getMessage()).replace('\n', ' '));
            System.exit(1);
            return;
        }
        System.out.println("ready");
        while (true) {
            SocketChannel connection = server.accept();
            Thread thread = new Thread(() -> process.serve(connection), "connection");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            InputStream in = SocketHttp.buffered(Channels.newInputStream(connection));
            OutputStream out = Channels.newOutputStream(connection);
            while (true) {
                answer(SocketHttp.head(in), in, out);
            }
        } catch (EOFException closed) {
            return; // the other side needs it no more
        } catch (IOException e) {
            System.err.println("a connection broke: " + e.getMessage());
        }
    }

    private void answer(SocketHttp.Head head, InputStream in, OutputStream out) throws IOException {
        InputStream body = SocketHttp.body(in, head.length());
        String path = head.start().split(" ")[1];
        String own = "/v2/models/" + session.pack().name();
        try {
            if (path.equals("/v2/health/ready") || path.equals("/v2/health/live") || path.equals(own + "/ready")) {
                json(out, "200 OK", Map.of());
            } else if (path.equals(own)) {
                json(out, "200 OK", Map.of("name", session.pack().name(), "platform", "onnxruntime_onnx"));
            } else if (path.equals(own + "/infer")) {
                InferMessage request =
                        InferMessage.decode(body, "inputs", (int) head.number(InferMessage.HEADER_LENGTH), MAX_REQUEST);
                var outputs = session.run(request.tensors());
                InferMessage.Encoded answer = new InferMessage(
                                Map.of(
                                        "model_name", session.pack().name(),
                                        "model_version", session.pack().version()),
                                outputs)
                        .encode("outputs");
                out.write(SocketHttp.head("HTTP/1.1 200 OK", answer.header().length, answer.length()));
                answer.writeTo(out);
            } else {
                json(out, "404 Not Found", Map.of("error", "no " + path + " here"));
            }
        } catch (ModelException | MalformedMessage e) {
            body.transferTo(OutputStream.nullOutputStream());
            json(out, "400 Bad Request", Map.of("error", String.valueOf(e.getMessage())));
        }
    }

    private static void json(OutputStream out, String status, Map<String, Object> document) throws IOException {
        byte[] bytes = JSON.std.asBytes(document);
        out.write(SocketHttp.head("HTTP/1.1 " + status, -1, bytes.length));
        out.write(bytes);
    }
}
