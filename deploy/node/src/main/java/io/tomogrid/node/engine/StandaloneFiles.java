package io.tomogrid.node.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the Workers of somebody's standalone cluster need so that they hand out devices by their UUIDs (ENG-03). */
public final class StandaloneFiles {
    private static final String STATUS =
            "Tested on a real Master and Worker with simulated devices; rendered, not run, on a card";

    private StandaloneFiles() {}

    /** Settings of each Worker and of the driver. @param devices how many slices each Worker's host has */
    public static Rendering of(SliceChoice slice, int devices) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("worker.conf", """
                # start-worker.sh --properties-file worker.conf spark://MASTER:7077; each device one SLICE
                spark.worker.resource.gpu.amount DEVICES
                spark.worker.resource.gpu.discoveryScript /opt/tomogrid/deploy/engines/devices.sh
                """.replace("SLICE", slice.toString()).replace("DEVICES", Integer.toString(devices)));
        files.put("driver.properties", """
                # ./tomogrid up --engine spark://MASTER:7077, each of these with --engine-conf; or the driver alone, each with -D
                # not more executors than this; without it the driver takes every device that is free
                spark.cores.max=DEVICES
                """.replace("DEVICES", Integer.toString(devices)));
        return new Rendering(files, STATUS);
    }
}
