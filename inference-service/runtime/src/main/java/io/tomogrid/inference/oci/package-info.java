/** OCI artifacts: documents, image layout folders, archives of them, and registries. Knows nothing of models. */
package io.tomogrid.inference.oci;
