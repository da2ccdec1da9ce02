/**
 * Everything on the server that would make a stream fail, or hurt later, looked for beforehand.
 *
 * <p>{@code PreflightChecks} is internal: public only because another package of the library uses it, and subject to
 * change.
 */
@NullMarked
package io.walex.reactive.preflight;

import org.jspecify.annotations.NullMarked;
