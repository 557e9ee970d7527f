/** When a study has come to rest, and the feed that tells of it. */
package io.tomogrid.gateway.study;
