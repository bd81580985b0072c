/** The erp-eu connector against the simulated ERP. */
@NullMarked
package io.crossdock.connector.erpeu;

import org.jspecify.annotations.NullMarked;
