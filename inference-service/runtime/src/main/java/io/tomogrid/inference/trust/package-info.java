/** Who may bring a model: signatures, pinned digests, bills of materials and the policy that judges them. */
package io.tomogrid.inference.trust;
