/** A model: its package (CNCF ModelPack in an OCI image layout), verification, ONNX Runtime session and contract. */
package io.tomogrid.inference.runtime;
