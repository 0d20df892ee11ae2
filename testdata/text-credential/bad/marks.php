<?php
return ['mail' => ['password' => 'Vq8sLw2p%0zK']];
$client->setPassword("Tk4{mLw9Rz2q");
