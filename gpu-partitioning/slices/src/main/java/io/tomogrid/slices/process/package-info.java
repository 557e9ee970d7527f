/** Child processes: started, kept running, and ended with their supervisor however it ends. */
package io.tomogrid.slices.process;
