// Sends the only form of the page: an answer on its way to an application.
document.getElementById('onward').submit();
