/** The European ERP: OData v4, decimal strings, ETags. */
@NullMarked
package io.crossdock.estate.erpeu;

import org.jspecify.annotations.NullMarked;
