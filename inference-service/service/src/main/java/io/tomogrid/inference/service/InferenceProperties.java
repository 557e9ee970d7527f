package io.tomogrid.inference.service;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * @param repository folder with one ModelPack per model
 * @param threads threads of one run
 * @param maxRequest greatest sum of a request's tensors
 */
@ConfigurationProperties("tomogrid.inference")
record InferenceProperties(
        Path repository,
        @DefaultValue("2") int threads,
        @DefaultValue("1GB") DataSize maxRequest) {}
