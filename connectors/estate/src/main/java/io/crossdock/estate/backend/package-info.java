/**
 * What a simulated system is made of: its endpoints, the requests they read and the answers they
 * give.
 */
@NullMarked
package io.crossdock.estate.backend;

import org.jspecify.annotations.NullMarked;
