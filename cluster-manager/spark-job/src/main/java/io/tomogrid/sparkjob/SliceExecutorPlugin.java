package io.tomogrid.sparkjob;

import io.tomogrid.engine.cuda.CudaDevice;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a new executor the owner of the slice that Spark gave it, before any task; else the executor ends. On a cluster that is
 * not ours it tells the driver what device it was given.
 */
final class SliceExecutorPlugin implements ExecutorPlugin {
    private static final Logger log = LoggerFactory.getLogger(SliceExecutorPlugin.class);

    @Override
    public void init(PluginContext context, Map<String, String> fromDriver) {
        useOwnFolderForTemporaryFiles();
        if (fromDriver.containsKey(SlicePlugin.TOKEN)) {
            Token.give(fromDriver.get(SlicePlugin.TOKEN));
        }
        SparkConf conf = context.conf();
        if (conf.contains(DriverConf.EXISTING)) {
            useGivenDevice(context);
            return;
        }
        SliceKey key = slice(context);
        try {
            OwnedSlice slice = OwnedSlice.take(
                    key,
                    locks(conf),
                    patience(conf),
                    report -> tell(context, report),
                    device -> NativeEnvironment.set("CUDA_VISIBLE_DEVICES", device));
            if (conf.contains(DriverConf.CGROUPS)) {
                join(Path.of(conf.get(DriverConf.CGROUPS)).resolve(key.toString()));
            }
            // a process that shares its GPU's memory keeps to its part
            System.setProperty(CudaDevice.PART_PROPERTY, key.kind().memoryPart());
            slice.bindToThisProcess();
            log.info("executor {} owns slice {}", context.executorID(), key);
        } catch (IOException e) {
            throw new IllegalStateException("slice " + key + " could not be taken: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for slice " + key, e);
        }
    }

    /** Which slice the device is, and its lock, is each task's matter. */
    private static void useGivenDevice(PluginContext context) {
        try {
            String device = DeviceDiscovery.ofThisExecutor(context);
            new GivenDevice(
                            device,
                            locks(context.conf()),
                            patience(context.conf()),
                            report -> tell(context, report),
                            visible -> NativeEnvironment.set("CUDA_VISIBLE_DEVICES", visible))
                    .bindToThisProcess();
            context.send(new DeviceGiven(context.executorID(), device));
            log.info("executor {} was given device {}", context.executorID(), device);
        } catch (IOException e) {
            throw new IllegalStateException("the device of this executor could not be found or told: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while its device was looked for", e);
        }
    }

    private static Duration patience(SparkConf conf) {
        return Duration.ofSeconds(conf.getTimeAsSeconds(DriverConf.LOCK_PATIENCE));
    }

    /** The folder that the agent gave its Worker, since it is the host's matter; else the driver's. */
    private static Path locks(SparkConf conf) {
        String ofHost = System.getenv("TOMOGRID_LOCKS");
        return Path.of(ofHost == null ? conf.get(DriverConf.LOCKS) : ofHost);
    }

    private static SliceKey slice(PluginContext context) {
        if (context.resources().size() != 1) {
            throw new IllegalStateException("an executor owns exactly one slice, this one was given "
                    + context.resources().keySet());
        }
        var resource = context.resources().values().iterator().next();
        if (!String.join(",", resource.addresses()).equals(resource.name())) {
            throw new IllegalStateException(
                    "resource " + resource.name() + " must have itself as its only address, has "
                            + String.join(",", resource.addresses()) + ": correct the Worker's resources file");
        }
        return SliceKey.parse(resource.name());
    }

    /**
     * Native libraries are unpacked there, some under a fixed name that executors must not share. The Worker gives every
     * executor a working folder and the command line can only name it as "."; who loads a library needs it absolute.
     */
    private static void useOwnFolderForTemporaryFiles() {
        String own = Path.of("").toAbsolutePath().toString();
        System.setProperty("java.io.tmpdir", own);
        System.setProperty("jna.tmpdir", own);
    }

    /** Moves this process into the slice's control group, which its host has made. */
    static void join(Path cgroup) throws IOException {
        Files.writeString(
                cgroup.resolve("cgroup.procs"),
                Long.toString(ProcessHandle.current().pid()));
    }

    private static void tell(PluginContext context, StageReport report) {
        try {
            context.send(report);
        } catch (IOException e) {
            log.warn("{}: stage {} could not be reported: {}", report.task(), report.stage(), e.toString());
        }
    }
}
