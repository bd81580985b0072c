/**
 * The open port, one connection, the request log, and the control interface behind <code>/control
 * </code>.
 */
@NullMarked
package io.crossdock.estate.http;

import org.jspecify.annotations.NullMarked;
