/** What this library costs beside what a user would take instead, and beside the limit. */
@NullMarked
package io.walex.reactive.benchmarks;

import org.jspecify.annotations.NullMarked;
