package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Engine;
import org.apache.spark.SparkConf;

/**
 * How the driver uses Spark. Whatever has to do with the network and with patience can be set by a system property of the
 * driver's ({@code -Dspark.network.timeout=20s}).
 */
final class DriverConf {
    /** Folder of the slice locks; executors read it. */
    static final String LOCKS = "spark.tomogrid.locks";
    /** How long a new executor waits for its predecessor's lock. */
    static final String LOCK_PATIENCE = "spark.tomogrid.lock-patience";
    /** Folder with one control group per slice key; executors join none unless it is set. */
    static final String CGROUPS = "spark.tomogrid.cgroups";

    /** Set where executors are given devices by a cluster that is not ours. */
    static final String EXISTING = "spark.tomogrid.existing";

    /** Spark's own name for the secret that Master, Workers and driver share when they authenticate each other. */
    private static final String SECRET_VARIABLE = "_SPARK_AUTH_SECRET";

    private static final int MORE_CORES_THAN_ANY_WORKER = 1_000_000;
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";

    /**
     * The second compiler begins ten times later than it would by itself (its thresholds' defaults times ten; what loops
     * still reaches them within milliseconds). Else it takes nearly half of what an executor's start costs, for code of
     * Spark's that runs only then.
     */
    private static final String LATER_COMPILER = "-XX:Tier4InvocationThreshold=50000"
            + " -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000";

    private DriverConf() {}

    static SparkConf of(DriverArguments arguments) {
        SparkConf conf = new SparkConf()
                .setMaster(arguments.engine().master())
                .setAppName("tomogrid")
                .set("spark.ui.enabled", "false")
                .set("spark.plugins", SlicePlugin.class.getName())
                .set(LOCKS, arguments.locks().toAbsolutePath().toString());
        String secret = System.getenv(SECRET_VARIABLE);
        if (secret != null) {
            conf.set("spark.authenticate", "true").set("spark.authenticate.secret", secret);
        }
        conf.set("spark.executor.memory", arguments.executorMemory())
                // volumes are large arrays, which the default collector would scatter over regions of its own
                .set(
                        EXECUTOR_OPTIONS,
                        ("-XX:+UseParallelGC " + LATER_COMPILER + " -Djava.io.tmpdir=. "
                                        + conf.get(EXECUTOR_OPTIONS, ""))
                                .strip());
        if (arguments.engine() instanceof Engine.Ours) {
            setExecutors(conf, arguments);
        } else {
            ExistingCluster.set(conf, arguments.engine());
        }
        setPatience(conf);
        conf.setIfMissing("spark.driver.host", "127.0.0.1").setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        return conf;
    }

    /** Executors start when a task needs their slice and end when nobody has for a while. */
    private static void setExecutors(SparkConf conf, DriverArguments arguments) {
        conf.set("spark.dynamicAllocation.enabled", "true")
                .set("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                .set("spark.dynamicAllocation.minExecutors", "0")
                // a slice's first task asks for its executor at once, not only after Spark's shortest patience of 1 s;
                // the executor without a slice that Spark then wants at the start is one that no Worker can give
                .set("spark.dynamicAllocation.initialExecutors", "1")
                .set("spark.executor.cores", Integer.toString(MORE_CORES_THAN_ANY_WORKER))
                .set(
                        "spark.dynamicAllocation.executorIdleTimeout",
                        arguments.idleTimeout().toSeconds() + "s");
    }

    private static void setPatience(SparkConf conf) {
        // an executor that is not heard of is given up after 12 to 14 s, more than its longest pauses; its Worker
        // kills it 10 s later, and its successor waits that long for the lock, but less than the driver waits for the
        // successor's first heartbeat
        conf.setIfMissing("spark.network.timeout", "12s")
                .setIfMissing("spark.network.timeoutInterval", "2s")
                .setIfMissing("spark.executor.heartbeatInterval", "2s")
                .setIfMissing(LOCK_PATIENCE, "11s")
                // whatever happens to an attempt, the manager decides where the next one is made
                .setIfMissing("spark.task.maxFailures", "1")
                // a cancelled task that does not stop takes its executor with it
                .setIfMissing("spark.task.reaper.enabled", "true")
                .setIfMissing("spark.task.reaper.pollingInterval", "1s")
                .setIfMissing("spark.task.reaper.killTimeout", "20s");
    }
}
