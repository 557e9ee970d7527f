/** What readers made of our results: accepted, edited or rejected, kept by model and version. */
package io.tomogrid.gateway.verdict;
