package io.tomogrid.slices.interop;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.Slice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a discovery script of Spark prints ({@code spark.worker.resource.gpu.discoveryScript}, ResourceInformation): the
 * addresses of a resource, here what CUDA_VISIBLE_DEVICES takes. Slices that must be left alone are left out (SLC-40).
 */
public final class SparkDiscovery {
    private SparkDiscovery() {}

    /** @param gpus of one host */
    public static Map<String, Object> of(List<Gpu> gpus) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", "gpu");
        map.put(
                "addresses",
                gpus.stream()
                        .filter(gpu -> gpu.fault().isEmpty())
                        .flatMap(gpu -> gpu.slices().stream())
                        .filter(slice -> !slice.locked() && !slice.deviceUuid().isEmpty())
                        .map(Slice::deviceUuid)
                        .toList());
        return map;
    }
}
