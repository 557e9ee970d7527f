/** CT tomography by filtered back projection: parallel and fan beam, cone beam (FDK), helical (weighted FBP). */
package io.tomogrid.engine.ct;
