/** The server, its workloads and what stands in for it. */
@NullMarked
package io.walex.reactive.benchmarks.server;

import org.jspecify.annotations.NullMarked;
