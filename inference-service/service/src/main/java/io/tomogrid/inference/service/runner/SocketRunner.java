package io.tomogrid.inference.service.runner;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.InferMessage;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A model behind a unix domain socket: asks it by the Open Inference Protocol. Connections are kept. */
final class SocketRunner {
    private static final ScheduledThreadPoolExecutor CLOCK = clock();
    /** How much later than the model itself we give up. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final ModelPackage pack;
    private final Path socket;
    private final Duration patience;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

    /** @param limit longest that one run may take */
    SocketRunner(ModelPackage pack, Path socket, Duration limit) {
        this.pack = pack;
        this.socket = socket;
        this.patience = limit.plus(GRACE);
    }

    private record Connection(SocketChannel channel, InputStream in, OutputStream out) {
        static Connection open(Path socket) throws IOException {
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            return new Connection(
                    channel, SocketHttp.buffered(Channels.newInputStream(channel)), Channels.newOutputStream(channel));
        }
    }

    /** @throws IOException if the other side is gone, or does not answer in time */
    Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException, IOException {
        Connection connection = idle.pollFirst();
        if (connection == null) {
            connection = Connection.open(socket);
        }
        SocketChannel channel = connection.channel();
        ScheduledFuture<?> alarm = CLOCK.schedule(() -> close(channel), patience.toMillis(), TimeUnit.MILLISECONDS);
        boolean whole = false;
        try {
            InferMessage.Encoded request = new InferMessage(Map.of(), inputs).encode("inputs");
            connection
                    .out()
                    .write(SocketHttp.head(
                            "POST /v2/models/" + pack.name() + "/infer HTTP/1.1",
                            request.header().length,
                            request.length()));
            request.writeTo(connection.out());
            SocketHttp.Head head = SocketHttp.head(connection.in());
            InputStream body = SocketHttp.body(connection.in(), head.length());
            if (!head.start().startsWith("HTTP/1.1 200")) {
                Object error = JSON.std.mapFrom(body.readAllBytes()).get("error");
                whole = true;
                throw new ModelException(String.valueOf(error));
            }
            InferMessage answer = InferMessage.decode(
                    body, "outputs", (int) head.number(InferMessage.HEADER_LENGTH), Integer.MAX_VALUE);
            whole = true;
            return answer.tensors();
        } finally {
            alarm.cancel(false);
            if (whole) {
                idle.addFirst(connection);
            } else {
                close(channel);
            }
        }
    }

    void close() {
        for (Connection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            close(connection.channel());
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a socket cannot be closed", e);
        }
    }

    private static ScheduledThreadPoolExecutor clock() {
        var clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "model-socket-limit");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }
}
