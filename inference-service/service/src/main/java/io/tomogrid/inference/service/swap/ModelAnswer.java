package io.tomogrid.inference.service.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelPackage;
import java.util.Map;

/** What a model answered. @param pack the version that did */
public record ModelAnswer(ModelPackage pack, Map<String, Tensor> outputs) {}
