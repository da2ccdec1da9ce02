/** Everything on the server that would make a stream fail, or hurt later, looked for beforehand. */
@NullMarked
package io.walex.reactive.preflight;

import org.jspecify.annotations.NullMarked;
