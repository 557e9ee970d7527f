/** What a version of a model runs in: this JVM, a JVM of its own, a container. */
package io.tomogrid.inference.service.runner;
