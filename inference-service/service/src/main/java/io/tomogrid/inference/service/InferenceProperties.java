package io.tomogrid.inference.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * @param repository folder with the model store
 * @param state folder for what serves and the audit log; {@code state} in the repository if empty
 * @param trust the trust policy's file, read anew for each rollout; without one (null) only what is shipped or trusted serves
 * @param threads threads of one run
 * @param maxRequest greatest sum of a request's tensors
 * @param trusted digests of packages that need no signature
 * @param runLimit longest that one run may take
 * @param proofLimit longest that one run may take before a version serves
 * @param pinIdle after this long without a request a pin ends
 * @param childMemory greatest memory of a model in a process of its own
 * @param maxBatch how many requests of the same shape are run as one; 1 for none
 * @param batchDelay longest that a request waits for others to be run with
 * @param flips whether models of patches are asked mirrored too, and the answers averaged
 * @param tenantRequests how many requests of one tenant are answered at once; further ones get 429
 */
@ConfigurationProperties("tomogrid.inference")
record InferenceProperties(
        Path repository,
        Path state,
        Path trust,
        @DefaultValue("2") int threads,
        @DefaultValue("1GB") DataSize maxRequest,
        @DefaultValue List<String> trusted,
        @DefaultValue("5m") Duration runLimit,
        @DefaultValue("30s") Duration proofLimit,
        @DefaultValue("10m") Duration pinIdle,
        @DefaultValue("4GB") DataSize childMemory,
        @DefaultValue("1") int maxBatch,
        @DefaultValue("2ms") Duration batchDelay,
        @DefaultValue("false") boolean flips,
        @DefaultValue("32") int tenantRequests) {
    InferenceProperties {
        if (state == null && repository != null) {
            state = repository.resolve("state");
        }
    }
}
