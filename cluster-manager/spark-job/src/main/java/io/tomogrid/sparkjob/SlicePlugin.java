package io.tomogrid.sparkjob;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** What {@code spark.plugins} names: executors own a slice, and tell the driver what stage their task is in. */
public final class SlicePlugin implements SparkPlugin {
    /** Key of the token in what the driver hands to the executors. */
    static final String TOKEN = "token";

    private static volatile Consumer<StageReport> listener = report -> {};
    private static volatile Consumer<DeviceGiven> devices = given -> {};

    /** Sets who is told of stages in the driver's process; Spark makes the plugin itself and allows one per process. */
    static void tellStages(Consumer<StageReport> to) {
        listener = to;
    }

    /** Sets who is told of the devices that executors were given, on a cluster that is not ours. */
    static void tellDevices(Consumer<DeviceGiven> to) {
        devices = to;
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            /** The token reaches the executors over Spark's connection, never a command line or the Master's files. */
            @Override
            public Map<String, String> init(SparkContext spark, PluginContext context) {
                return Token.ofThisProcess().map(token -> Map.of(TOKEN, token)).orElse(Map.of());
            }

            @Override
            public Object receive(Object message) throws IOException {
                if (message instanceof DeviceGiven given) {
                    devices.accept(given);
                } else if (message instanceof StageReport report) {
                    listener.accept(report);
                } else {
                    throw new IOException("expected a stage report or a device, got "
                            + message.getClass().getName());
                }
                return null; // nothing is answered to what was only sent
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new SliceExecutorPlugin();
    }
}
