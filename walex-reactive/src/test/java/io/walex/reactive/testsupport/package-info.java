/** A real PostgreSQL for tests, and a network that fails on request. Published as a test-jar. */
@NullMarked
package io.walex.reactive.testsupport;

import org.jspecify.annotations.NullMarked;
